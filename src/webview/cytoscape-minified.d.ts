/** Its makers' minified build is some kilobytes smaller than what the bundler makes of the readable one. */
declare module 'cytoscape/dist/cytoscape.esm.min.mjs' {
  export { default } from 'cytoscape';
}
