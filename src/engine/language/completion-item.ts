import type { Range, TextEdit } from '../../shared/text.ts';
import type { NameProposal } from './name-proposal.ts';

export interface CompletionItemResult {
  readonly label: string;
  readonly type: 'field' | 'object-skeleton' | NameProposal['type'];
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
  /** Replaces `range`. Lines after the first are indented relative to the first by the editor. */
  readonly insertText: string;
  /** `insertText` has places to fill in: `${1:name}`. */
  readonly isSnippet?: boolean;
  readonly range: Range;
  /** What is compared with what was typed, where that is not the label. */
  readonly filterText?: string;
  /** Order among the items. */
  readonly sortText: string;
  /** Changes elsewhere in the file that belong to it. */
  readonly edits?: readonly TextEdit[];
  /** There is something to choose from where the cursor stands afterwards. */
  readonly isFollowed?: boolean;
}

/** Items in the order in which they are made. */
export function sortKey(index: number): string {
  return String(index).padStart(4, '0');
}

/** A text as it stands in a snippet, whatever it is made of. */
export function escapeSnippet(text: string): string {
  return text.replaceAll(/[\\$}]/g, '\\$&');
}
