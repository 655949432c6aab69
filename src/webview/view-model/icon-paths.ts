import type { CardIcon } from './card.ts';

/** Outlines on a 16 px grid, stroked, as the `d` of an SVG path. */
export const iconPaths: Record<CardIcon, string> = {
  workload: 'M8 1.8 13.4 4.9V11.1L8 14.2 2.6 11.1V4.9ZM2.6 4.9 8 8 13.4 4.9M8 8V14.2',
  service: 'M8 2A6 6 0 1 1 8 14A6 6 0 1 1 8 2ZM8 5.6A2.4 2.4 0 1 1 8 10.4A2.4 2.4 0 1 1 8 5.6Z',
  gateway: 'M8 1.8 13.4 4.9V11.1L8 14.2 2.6 11.1V4.9ZM5 8H10.6M8.4 5.8 10.8 8 8.4 10.2',
  source: 'M8 2.4A2.6 2.6 0 1 1 8 7.6A2.6 2.6 0 1 1 8 2.4ZM3.2 13.6C3.2 10.9 5.2 9.6 8 9.6S12.8 10.9 12.8 13.6',
  external: 'M8 2A6 6 0 1 1 8 14A6 6 0 1 1 8 2ZM2 8H14M8 2C5 5 5 11 8 14C11 11 11 5 8 2Z',
  namespace: 'M2.5 4.5H6.5L8 6H13.5V12.5H2.5ZM2.5 4.5V3H6L7.5 4.5',
  unknown: 'M8 2A6 6 0 1 1 8 14A6 6 0 1 1 8 2ZM6.2 6.4C6.2 4.6 9.8 4.6 9.8 6.6C9.8 8 8 7.9 8 9.4M8 11.2V11.6',
};

/** A padlock on a 10 px grid: the shackle is stroked, the body filled. */
export const lockShackle = 'M3 4.6V3.2A2 2 0 0 1 7 3.2V4.6';
export const lockBody = 'M1.6 4.6H8.4V9.4H1.6Z';
