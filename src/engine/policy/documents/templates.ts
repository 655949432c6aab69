/** Tells documents that a template engine will still change from objects that only carry templates in their texts. */
import { isRecord } from '../../../shared/untrusted.ts';

/** Actions of Go templates, a function with what it is called with among them; plain `{{name}}` may stand in a text. */
const action =
  /\{\{-?\s*(?:[.$("`]|\/\*|(?:if|else|end|range|with|include|template|define|block|toYaml|tpl|default|quote|printf|required|lookup|fail)\b|\w+\s+[.$("`\d])/g;

/** Directives of ytt, which stand in comments behind what they fill in, or on lines of their own. */
const directive = /(?:^|[ \t])#@(?:[ \t]|(?:data|overlay|library|schema|yaml)\/)/m;

/** What the fast parser makes of a mapping as a key: `port: {{ port }}` without quotes is a mapping in a mapping. */
const mappingAsKey = '[object Object]';

/** A value that is an action of a template and nothing else, as Jinja writes them. */
const onlyAction = /^\{\{[^{}]*\}\}$/;

/** Fields whose values are texts for other programs. */
const carriers: readonly (readonly string[])[] = [['data'], ['stringData'], ['metadata', 'annotations']];

export function mayBeTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('#@');
}

/**
 * Whether a text that is valid YAML, with this value, is a template all the same. Sidecar injectors keep templates in the
 * data of a ConfigMap and scripts in long texts; in a name, a comment or a key an action is one of the document itself.
 */
export function isTemplate(text: string, value: unknown, isOfChart: boolean): boolean {
  const all = actionsIn(text);
  return (
    (all > 0 && (isOfChart || carriedBy(value, []) < all)) ||
    (isRecord(value) && !holdsText(value, '#@') && directive.test(text)) ||
    isFilledIn(value, [])
  );
}

/** Whether a field that is no text for another program waits for its value. */
function isFilledIn(value: unknown, path: readonly string[]): boolean {
  if (typeof value === 'string') return onlyAction.test(value);
  if (isCarrier(path)) return false;
  if (Array.isArray(value)) return value.some((item) => isFilledIn(item, path));
  if (!isRecord(value)) return false;
  return Object.keys(value).some((key) => key === mappingAsKey || isFilledIn(value[key], [...path, key]));
}

function holdsText(value: unknown, part: string): boolean {
  if (typeof value === 'string') return value.includes(part);
  if (Array.isArray(value)) return value.some((item) => holdsText(item, part));
  return isRecord(value) && Object.values(value).some((each) => holdsText(each, part));
}

/** Whether Helm reads the file as a template of a chart. */
export function isInChartTemplates(uri: string): boolean {
  return uri.includes('/templates/');
}

function actionsIn(text: string): number {
  return text.match(action)?.length ?? 0;
}

/** Actions that are carried: in texts of more than one line, and in fields made for texts. */
function carriedBy(value: unknown, path: readonly string[]): number {
  if (typeof value === 'string') return value.includes('\n') || isCarrier(path) ? actionsIn(value) : 0;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + carriedBy(item, path), 0);
  if (!isRecord(value)) return 0;
  return Object.keys(value).reduce((sum, key) => sum + carriedBy(value[key], [...path, key]), 0);
}

function isCarrier(path: readonly string[]): boolean {
  return carriers.some((carrier) => carrier.every((key, index) => path[index] === key));
}
