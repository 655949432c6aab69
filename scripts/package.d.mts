/** See `package.mjs`. */
export function packageExtension(file: string, folder?: string): Promise<void>;
