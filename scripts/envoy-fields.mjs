// Fields of the messages of Envoy's API, that patches of EnvoyFilters are held to. Written anew by
// `node scripts/envoy-fields.mjs FOLDER`, which is that of the Go module github.com/envoyproxy/go-control-plane/envoy.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const file = path.join(
  path.dirname(import.meta.dirname),
  'src/engine/policy/checks/admission/extensions/envoy-fields.json',
);

/** Packages of what people write into patches. What those messages hold comes along. */
const roots = /^(?:config\/(?:bootstrap|cluster|listener|route|trace)|extensions)\/.*v3$/;

/** What nobody configures by a patch. */
const left = /^extensions\/(?:bootstrap|config|dynamic_modules|stat_sinks|watchdog)\//;

/** The table as it must be: a message and its fields, with what each holds behind a colon. */
export async function envoyFields(folder) {
  const names = await readdir(folder, { recursive: true });
  const generated = names.filter((name) => name.endsWith('.pb.go') && path.basename(path.dirname(name)) === 'v3');
  const messages = new Map();
  for (const name of generated) {
    const own = path.dirname(name).replaceAll(path.sep, '/');
    for (const [message, fields] of readMessages(own, await readFile(path.join(folder, name), 'utf8'))) {
      messages.set(message, fields);
    }
  }
  const wanted = new Set();
  const take = (name) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const { holds } of messages.get(name)) if (messages.has(holds)) take(holds);
  };
  for (const name of messages.keys()) {
    const own = packageOf(name).replaceAll('.', '/');
    if (roots.test(own) && !left.test(own) && !name.includes('_', own.length)) take(name);
  }
  const write = (message, { name, holds, isMap }) => {
    if (holds !== 'open' && !wanted.has(holds)) return name;
    const short = packageOf(holds) === packageOf(message) ? holds.slice(holds.lastIndexOf('.')) : holds;
    return `${name}:${isMap ? '{}' : ''}${short}`;
  };
  return Object.fromEntries(
    [...wanted].sort().map((name) => [
      name,
      messages
        .get(name)
        .map((field) => write(name, field))
        .sort()
        .join(' '),
    ]),
  );
}

const packageOf = (message = '') => message.slice(0, Math.max(0, message.lastIndexOf('.')));

/** Messages of a file as `protoc-gen-go` writes them: a struct each, and one for every choice of a `oneof`. */
function readMessages(own, text) {
  const imported = /^\t(\w+) "github\.com\/envoyproxy\/go-control-plane\/envoy\/([^"]+)"$/gm;
  const packages = new Map([...text.matchAll(imported)].map(([, alias, name]) => [alias, name]));
  const structs = new Map(
    [...text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)\n\}$/gm)].map(([, name, body]) => [name, body]),
  );
  const choices = new Map();
  for (const [, choice, oneOf] of text.matchAll(/^func \(\*(\w+)\) (is\w+)\(\) \{\s*\}$/gm)) {
    choices.set(oneOf, [...(choices.get(oneOf) ?? []), choice]);
  }
  const fieldsOf = (body) =>
    body.split('\n').flatMap((line) => {
      const [, oneOf] = /^\t\w+\s+(is\w+)\s+`protobuf_oneof:/.exec(line) ?? [];
      if (oneOf !== undefined) return choices.get(oneOf).flatMap((choice) => fieldsOf(structs.get(choice)));
      const [, type, tag] = /^\t\w+\s+(\S+)\s+`protobuf:"([^"]*)"/.exec(line) ?? [];
      if (type === undefined) return [];
      const [, name] = /(?:^|,)name=(\w+)/.exec(tag);
      return [{ name, ...heldBy(type, own, packages) }];
    });
  return [...structs]
    .filter(([, body]) => body.includes('protoimpl.MessageState'))
    .map(([name, body]) => [`${own.replaceAll('/', '.')}.${name}`, fieldsOf(body)]);
}

/** A message of the API, or `open` for values of any form. Nothing for texts, numbers, and messages of others. */
function heldBy(type, own, packages) {
  const [, map, alias, message] = /^(?:\[\]|(map\[\w+\]))?\*(?:(\w+)\.)?(\w+)$/.exec(type) ?? [];
  if (message === undefined) return {};
  if (alias === 'structpb') return { holds: 'open', isMap: map !== undefined };
  const holder = alias === undefined ? own : packages.get(alias);
  return holder === undefined ? {} : { holds: `${holder.replaceAll('/', '.')}.${message}`, isMap: map !== undefined };
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(file, `${JSON.stringify(await envoyFields(process.argv[2]), undefined, 2)}\n`);
}
