import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { Health, HealthState } from '../../shared/health.ts';
import type { InstanceState } from '../../shared/topology.ts';

const healthWords: Record<Health, string> = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  failing: 'Failing',
  idle: 'Idle',
  unknown: 'Unknown',
};

const healthIcons: Record<Health, string> = {
  healthy: 'pass',
  degraded: 'warning',
  failing: 'error',
  idle: 'circle-outline',
  unknown: 'question',
};

export function codicon(name: string): TemplateResult {
  return html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`;
}

export function healthIcon(health: Health): TemplateResult {
  return html`<span class="codicon codicon-${healthIcons[health]} is-${health}" aria-hidden="true"></span>`;
}

/** The state with its reason: what a person looks for first. */
export function healthBox({ health, reason }: HealthState): TemplateResult {
  return html`<div class="health-box is-${health}" data-health=${health}>
    ${healthIcon(health)}
    <div><b>${healthWords[health]}</b>${reason === '' ? '' : html`<div>${reason}</div>`}</div>
  </div>`;
}

const instanceIcons: Record<InstanceState, readonly [icon: string, tone: string]> = {
  ready: ['circle-filled', 'healthy'],
  starting: ['loading', 'idle'],
  unhealthy: ['warning', 'degraded'],
  ejected: ['circle-slash', 'degraded'],
  down: ['error', 'failing'],
  stopped: ['circle-outline', 'idle'],
};

export function instanceIcon(state: InstanceState): TemplateResult {
  const [icon, tone] = instanceIcons[state];
  return html`<span class="codicon codicon-${icon} is-${tone}" aria-hidden="true"></span>`;
}
