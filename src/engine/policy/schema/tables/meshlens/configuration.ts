import { configurationKind } from '../../../../../shared/configuration-file.ts';
import { ruleLevels } from '../../../../../shared/rule-settings.ts';
import type { KindSchema } from '../../kind-schema.ts';
import { choice, list, mapOf, record, text, texts } from '../../schema.ts';

const levels = mapOf(
  'What findings of a rule count as, by its name, its code, or the code of another tool.',
  choice('What findings of the rule count as; `off`: there are none.', ruleLevels, { isFalseToo: true }),
);

export const configuration: KindSchema = {
  group: 'meshlens.dev',
  kind: configurationKind.kind,
  versions: ['v1alpha1'],
  help: 'How the files of this folder are checked, in the editor and on the command line.',
  isWholeFile: true,
  required: [],
  fields: {
    rules: levels,
    overrides: list(
      'Levels for some files or objects only. Later ones count before earlier ones.',
      record(
        'Levels for some files or objects.',
        {
          paths: texts('Files and folders, relative to this file; `*` within a name, `**` across folders.'),
          objects: texts('Objects, as `KIND/NAMESPACE/NAME` or `KIND/NAME`; `*` for any.'),
          rules: levels,
        },
        { required: ['rules'], atLeastOne: [['paths', 'objects']] },
      ),
    ),
    ignore: texts(
      'Files and folders, relative to this file, that are left out as if they were not there; `*` within a name, `**` across folders.',
    ),
    mesh: record('What is true of the mesh that these files are for.', {
      clusterDomain: text('Domain behind the names of services; `cluster.local` unless given.'),
      rootNamespace: text('Namespace whose policies apply to the whole mesh; `istio-system` unless given.'),
      trustDomain: text('Trust domain of the identities in the mesh; `cluster.local` unless given.'),
      defaultNamespace: text('Namespace of documents that name none; `default` unless given.'),
      gatewayApiChannel: choice('Which fields of the Gateway API exist; `standard` unless given.', [
        'standard',
        'experimental',
      ]),
    }),
  },
};
