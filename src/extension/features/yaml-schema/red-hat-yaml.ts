import { extensions, Uri, workspace } from 'vscode';
import type { DisposableList } from '../../disposables.ts';
import { meshFileName } from '../../mesh/mesh-documents.ts';
import type { Services } from '../../services.ts';

const schemaUri = 'meshlens://schemas/local-mesh';

/** The part of the Red Hat YAML extension's API that we use. */
interface YamlApi {
  registerContributor(
    schema: string,
    requestSchema: (resource: string) => string | undefined,
    requestSchemaContent: (uri: string) => string | undefined,
  ): boolean;
}

/**
 * Offers the schema of the LocalMesh file to the Red Hat YAML extension for files of any name. Those called
 * `meshlens.yaml` it knows from our `yamlValidation`.
 */
export function registerYamlSchema({ context, log }: Services, owned: DisposableList): void {
  let isRegistered = false;
  const offer = async (): Promise<void> => {
    const extension = extensions.getExtension<unknown>('redhat.vscode-yaml');
    if (extension === undefined || isRegistered) return;
    isRegistered = true;
    const api: unknown = await extension.activate();
    if (!isYamlApi(api)) return;
    const file = Uri.joinPath(context.extensionUri, 'media', 'schemas', 'local-mesh.schema.json');
    const schema = new TextDecoder().decode(await workspace.fs.readFile(file));
    api.registerContributor('meshlens', schemaOf, (uri) => (uri === schemaUri ? schema : undefined));
  };
  const tryToOffer = (): void => void offer().catch((error: unknown) => log.warn('No schema for YAML.', error));
  owned.add(extensions.onDidChange(tryToOffer));
  tryToOffer();
}

function schemaOf(resource: string): string | undefined {
  if (resource.endsWith(`/${meshFileName}`)) return undefined;
  const document = workspace.textDocuments.find(({ uri }) => uri.toString() === resource);
  return document !== undefined && /^kind:\s*["']?LocalMesh\b/m.test(document.getText()) ? schemaUri : undefined;
}

function isYamlApi(value: unknown): value is YamlApi {
  return (
    typeof value === 'object' &&
    value !== null &&
    'registerContributor' in value &&
    typeof value.registerContributor === 'function'
  );
}
