import type { Severity } from '../../../shared/diagnostics.ts';
import type { RuleInfo } from '../checks/check.ts';
import { internalError } from '../checks/engine/internal-error.ts';
import type { Finding } from './finding.ts';

/** Whether findings of the rule say anything of whether an object would be accepted. */
export function isAboutAdmission({ refusedBy, warnedBy }: RuleInfo): boolean {
  return refusedBy !== undefined || warnedBy !== undefined;
}

/** What the finding means when the object is applied: an error that it is refused. Undefined: it is not even mentioned. */
export function admissionSeverity({ rule, severity }: Pick<Finding, 'rule' | 'severity'>): Severity | undefined {
  if (rule === internalError) return severity;
  if (rule.refusedBy !== undefined && severity === 'error') return 'error';
  return rule.warnedBy !== undefined || (rule.refusedBy !== undefined && severity === 'warning')
    ? 'warning'
    : undefined;
}
