import { EventEmitter, workspace } from 'vscode';
import { DisposableList, type Disposable } from './disposables.ts';
import { checkedSetting, settingDefaults, type SettingKey, type Settings } from './settings.ts';

/** The settings of section `meshlens`, typed. */
export class SettingsReader implements Disposable {
  readonly #changes = new EventEmitter<ReadonlySet<SettingKey>>();
  readonly #owned = new DisposableList();

  /** Fires with the settings that may have changed. */
  readonly onDidChange = this.#changes.event;

  constructor() {
    this.#owned.add(this.#changes);
    this.#owned.add(
      workspace.onDidChangeConfiguration((change) => {
        const keys = (Object.keys(settingDefaults) as SettingKey[]).filter((key) =>
          change.affectsConfiguration(`meshlens.${key}`),
        );
        if (keys.length > 0) this.#changes.fire(new Set(keys));
      }),
    );
  }

  readonly get = <K extends SettingKey>(key: K): Settings[K] =>
    checkedSetting(key, workspace.getConfiguration('meshlens').get<unknown>(key));

  dispose(): void {
    this.#owned.dispose();
  }
}
