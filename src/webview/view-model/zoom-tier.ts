/** Near: whole cards and chips. Middle: name and health. Far: dots and heat, boxes named. */
export type ZoomTier = 'near' | 'middle' | 'far';

/** Below these zooms the 11 px lines, then the names in large type, can no longer be read. */
const nearZoom = 0.6;
const middleZoom = 0.28;

/** Chips of the middle distance are drawn larger, as names are, so that they can be read. */
export function chipScale(tier: ZoomTier): number {
  return tier === 'middle' ? 1.5 : 1;
}

export function zoomTier(zoom: number): ZoomTier {
  if (zoom >= nearZoom) return 'near';
  return zoom >= middleZoom ? 'middle' : 'far';
}
