import {
  Diagnostic as EditorDiagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  Location,
  Uri,
} from 'vscode';
import type { Diagnostic, Severity } from '../../../shared/diagnostics.ts';
import { toRange } from '../../source-links.ts';

/** Source of every finding of ours in the Problems panel; other extensions filter by it. */
const diagnosticSource = 'Meshlens';

/** A finding as the Problems panel shows it. `extension` is where the explanation pages lie. */
export function toProblem(found: Diagnostic, extension: Uri): EditorDiagnostic {
  const problem = new EditorDiagnostic(toRange(found.range), found.message, severities[found.severity]);
  problem.source = diagnosticSource;
  problem.code = found.docs === '' ? found.code : { value: found.code, target: Uri.joinPath(extension, found.docs) };
  problem.relatedInformation = found.related.map(
    ({ message, location }) =>
      new DiagnosticRelatedInformation(new Location(Uri.parse(location.uri), toRange(location.range)), message),
  );
  return problem;
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};
