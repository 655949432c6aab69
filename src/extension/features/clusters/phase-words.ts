import type { ConnectionPhase } from '../../../shared/cluster.ts';
import type { Translate } from '../../translate.ts';

/** The word for the state of a connection. */
export function phaseWord(phase: ConnectionPhase, t: Translate): string {
  switch (phase) {
    case 'disconnected':
      return t('not connected');
    case 'connecting':
      return t('connecting');
    case 'connected':
      return t('connected');
    case 'degraded':
      return t('connected, with gaps');
    case 'unreachable':
      return t('unreachable');
    case 'unauthorized':
      return t('credentials refused');
    case 'needs-consent':
      return t('waits for your consent');
    case 'failed':
      return t('cannot be used');
  }
}
