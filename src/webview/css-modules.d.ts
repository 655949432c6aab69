/** The bundler collects imported style sheets; a module of theirs has no exports. */
declare module '*.css';
