import { extensions, Uri, workspace } from 'vscode';
import type { DisposableList } from '../../disposables.ts';
import { meshFileName } from '../../mesh/mesh-documents.ts';
import type { Services } from '../../services.ts';
import { yamlExtensionId } from '../../yaml-companion.ts';

const localMeshUri = 'meshlens://schemas/local-mesh';
const objectsUri = 'meshlens://schemas/objects';

/** The part of the Red Hat YAML extension's API that we use. */
interface YamlApi {
  registerContributor(
    schema: string,
    requestSchema: (resource: string) => string | undefined,
    requestSchemaContent: (uri: string) => Promise<string> | undefined,
  ): boolean;
}

/**
 * Offers our schemas to the Red Hat YAML extension: that of the LocalMesh file, and those of the kinds we know for files
 * with Kubernetes objects. Files called `meshlens.yaml` it knows from our `yamlValidation`.
 */
export function registerYamlSchema({ context, engine, log }: Services, owned: DisposableList): void {
  let isRegistered = false;
  const readLocalMesh = async (): Promise<string> => {
    const file = Uri.joinPath(context.extensionUri, 'media', 'schemas', 'local-mesh.schema.json');
    return new TextDecoder().decode(await workspace.fs.readFile(file));
  };
  const contentOf = (uri: string): Promise<string> | undefined => {
    if (uri === localMeshUri) return readLocalMesh();
    return uri === objectsUri ? engine.request('mesh/jsonSchema', {}).then(({ text }) => text) : undefined;
  };
  const offer = async (): Promise<void> => {
    const extension = extensions.getExtension<unknown>(yamlExtensionId);
    if (extension === undefined || isRegistered) return;
    isRegistered = true;
    const api: unknown = await extension.activate();
    if (isYamlApi(api)) api.registerContributor('meshlens', schemaOf, contentOf);
  };
  const tryToOffer = (): void => void offer().catch((error: unknown) => log.warn('No schema for YAML.', error));
  owned.add(extensions.onDidChange(tryToOffer));
  tryToOffer();
}

function schemaOf(resource: string): string | undefined {
  if (resource.endsWith(`/${meshFileName}`)) return undefined;
  const text = workspace.textDocuments.find(({ uri }) => uri.toString() === resource)?.getText() ?? '';
  if (/^kind:\s*["']?LocalMesh\b/m.test(text)) return localMeshUri;
  return /^apiVersion:/m.test(text) && /^kind:/m.test(text) ? objectsUri : undefined;
}

function isYamlApi(value: unknown): value is YamlApi {
  return (
    typeof value === 'object' &&
    value !== null &&
    'registerContributor' in value &&
    typeof value.registerContributor === 'function'
  );
}
