/** What the page of the panel needs from whoever serves it. All URIs as the webview sees them. */
export interface PanelPageInput {
  /** At least 128 random bits, base64 or hex, new for every page. */
  readonly nonce: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** `dist/webview/panel.js`. */
  readonly scriptUri: string;
  /** `dist/webview/panel.css`. */
  readonly styleUri: string;
  /** `dist/webview/codicon.css`; its font lies beside it. */
  readonly codiconUri: string;
  /** `dist/webview/layout.worker.js`; fetched and started from a blob, as webviews allow no other worker. */
  readonly layoutWorkerUri: string;
  /** BCP 47 tag of the editor's language. */
  readonly locale: string;
}

/**
 * The HTML document of the Mesh Topology panel. Pure. Nothing but our own files may load, and only the script with the
 * nonce runs. The skeleton inside `<meshlens-panel>` stands until the script has drawn the first frame.
 */
export function panelHtml(input: PanelPageInput): string {
  const nonce = attribute(input.nonce);
  const source = attribute(input.cspSource);
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'nonce-${nonce}'`,
    `img-src ${source} data: blob:`,
    `font-src ${source}`,
    'worker-src blob:',
    `connect-src ${source}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // Cytoscape adds a style element of its own, which the policy refuses, unless one with this id exists.
  return `<!DOCTYPE html>
<html lang="${attribute(input.locale)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mesh topology</title>
<link rel="stylesheet" href="${attribute(input.codiconUri)}" id="vscode-codicon-stylesheet" nonce="${nonce}">
<link rel="stylesheet" href="${attribute(input.styleUri)}">
<style nonce="${nonce}" id="__________cytoscape_stylesheet">.__________cytoscape_container{position:relative}</style>
</head>
<body>
<meshlens-panel layout-worker="${attribute(input.layoutWorkerUri)}">
<div class="skeleton" role="status" aria-label="Loading the mesh">
<div class="skeleton-bar"></div>
<div class="skeleton-canvas"><i></i><i></i><i></i><i></i><i></i><i></i></div>
</div>
</meshlens-panel>
<script nonce="${nonce}" src="${attribute(input.scriptUri)}"></script>
</body>
</html>
`;
}

function attribute(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
