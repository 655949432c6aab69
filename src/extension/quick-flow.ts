import { l10n, QuickInputButtons, window, type QuickPickItem } from 'vscode';
import { DisposableList } from './disposables.ts';

/** Told by a step: go back to the one before. */
export const back = Symbol('back');

/** A step's answer; `undefined` ends the whole flow. */
export type StepAnswer<T> = T | typeof back | undefined;

/** Where a step stands in its flow. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

/** Asks for one of several items; with `custom`, typed text that fits none is an answer too. */
export function askChoice<T extends QuickPickItem>(
  place: StepPlace,
  items: readonly T[],
  options: { readonly placeholder: string; readonly active?: T | undefined; readonly custom?: (text: string) => T },
): Promise<StepAnswer<T>> {
  const input = window.createQuickPick<T>();
  const owned = new DisposableList();
  owned.add(input);
  Object.assign(input, place);
  input.placeholder = options.placeholder;
  input.matchOnDescription = true;
  input.ignoreFocusOut = true;
  input.items = items;
  input.buttons = place.step > 1 ? [QuickInputButtons.Back] : [];
  if (options.active) input.activeItems = [options.active];
  const { custom } = options;
  if (custom) {
    owned.add(
      input.onDidChangeValue((text) => {
        const isKnown = text === '' || items.some(({ label }) => label === text);
        input.items = isKnown ? items : [...items, custom(text)];
      }),
    );
  }
  return new Promise<StepAnswer<T>>((resolve) => {
    owned.add(input.onDidTriggerButton(() => resolve(back)));
    owned.add(
      input.onDidAccept(() => {
        const [chosen] = input.selectedItems;
        if (chosen) resolve(chosen);
      }),
    );
    owned.add(input.onDidHide(() => resolve(undefined)));
    input.show();
  }).finally(() => owned.dispose());
}

/** Asks for a line of text; `check` returns what is wrong with it. */
export function askText(
  place: StepPlace,
  options: {
    readonly prompt: string;
    readonly value: string;
    readonly placeholder?: string;
    readonly check?: (text: string) => string | undefined;
  },
): Promise<StepAnswer<string>> {
  const input = window.createInputBox();
  const owned = new DisposableList();
  owned.add(input);
  Object.assign(input, place);
  input.prompt = options.prompt;
  input.value = options.value;
  input.placeholder = options.placeholder ?? '';
  input.ignoreFocusOut = true;
  input.buttons = place.step > 1 ? [QuickInputButtons.Back] : [];
  owned.add(input.onDidChangeValue((text) => (input.validationMessage = options.check?.(text) ?? '')));
  return new Promise<StepAnswer<string>>((resolve) => {
    owned.add(input.onDidTriggerButton(() => resolve(back)));
    owned.add(
      input.onDidAccept(() => {
        const problem = options.check?.(input.value);
        if (problem === undefined) resolve(input.value);
        else input.validationMessage = problem;
      }),
    );
    owned.add(input.onDidHide(() => resolve(undefined)));
    input.show();
  }).finally(() => owned.dispose());
}

/** Headers as a list that is added to and taken from until the person goes on. */
export async function askHeaders(
  place: StepPlace,
  known: Readonly<Record<string, string>>,
): Promise<StepAnswer<Readonly<Record<string, string>>>> {
  const headers = new Map(Object.entries(known));
  for (;;) {
    const goOn = { label: l10n.t('$(arrow-right) Go on'), name: '' };
    const add = { label: l10n.t('$(add) Add a header'), name: '' };
    const rows = [...headers].map(([name, value]) => ({
      label: `$(trash) ${name}: ${value}`,
      description: l10n.t('remove'),
      name,
    }));
    const choice = await askChoice(place, [goOn, add, ...rows], { placeholder: l10n.t('Headers'), active: goOn });
    if (choice === undefined || choice === back) return choice;
    if (choice === goOn) return Object.fromEntries(headers);
    if (choice !== add) {
      headers.delete(choice.name);
      continue;
    }
    const line = await askText(place, {
      prompt: l10n.t('Header, as in "end-user: jason"'),
      value: '',
      check: (text) => (parseHeader(text) ? undefined : l10n.t('A header is a name, a colon and a value.')),
    });
    if (line === undefined) return undefined;
    const header = line === back ? undefined : parseHeader(line);
    if (header) headers.set(header.name, header.value);
  }
}

/** "End-User: jason" → `end-user`, `jason`; undefined where the name is no token of RFC 9110, 5.6.2. */
function parseHeader(line: string): { readonly name: string; readonly value: string } | undefined {
  const found = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line.trim());
  const [, name, value] = found ?? [];
  return name === undefined || value === undefined ? undefined : { name: name.toLowerCase(), value };
}
