export function rulesPage(): Promise<string>;
