import type { SvgColours } from '../view-model/scene-svg.ts';

/** Colours as the canvas takes them: resolved from the editor's theme, each `rgba(…)`. */
export interface Theme extends SvgColours {
  readonly selection: string;
  /** Borders and dash patterns instead of fills and tints. */
  readonly highContrast: boolean;
}

const colourNames = [
  'background',
  'card',
  'cardBorder',
  'text',
  'quiet',
  'edge',
  'healthy',
  'degraded',
  'failing',
  'idle',
  'preview',
  'onHealth',
  'selection',
  'frame',
  'area',
  'areaBorder',
  'chip',
  'chipBorder',
] as const;

type ColourName = (typeof colourNames)[number];

/** Reads the theme from the `--mesh-*` properties of panel.css, which build on the editor's own variables. */
export function readTheme(): Theme {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const computed = getComputedStyle(probe);
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  // Mixed colours compute to forms that cytoscape cannot parse; one painted pixel turns any of them into numbers.
  const resolve = (name: ColourName): string => {
    const property = `--mesh-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    probe.style.color = `var(${property})`;
    if (context === null) return computed.color;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = computed.color;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
  };
  const colours = Object.fromEntries(colourNames.map((name) => [name, resolve(name)])) as Record<ColourName, string>;
  const fontFamily = getComputedStyle(document.body).fontFamily;
  probe.remove();
  const highContrast = document.body.matches('.vscode-high-contrast, .vscode-high-contrast-light');
  return { ...colours, fontFamily, highContrast };
}

/** Calls back whenever the editor changes its theme, which it shows on the class of `body` and the style of `html`. */
export function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => observer.disconnect();
}
