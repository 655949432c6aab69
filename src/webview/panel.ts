import './panel.css';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import { MeshPanel } from './mesh-panel-element.ts';
import { ElementList } from './parts/element-list.ts';
import { SidePanel } from './parts/side-panel.ts';
import { TraceView } from './traces/trace-view.ts';
import { WaterfallView } from './traces/waterfall-view.ts';

customElements.define('meshlens-list', ElementList);
customElements.define('meshlens-side', SidePanel);
customElements.define('meshlens-traces', TraceView);
customElements.define('meshlens-waterfall', WaterfallView);
customElements.define('meshlens-panel', MeshPanel);
