export type EnvironmentFormat = 'shell' | 'powershell' | 'dotenv';

/** Environment variables as text to paste: quoted so that a value means itself and nothing is expanded in it. */
export function environmentText(variables: Readonly<Record<string, string>>, format: EnvironmentFormat): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    switch (format) {
      case 'shell':
        return `export ${name}='${value.replaceAll("'", "'\\''")}'`;
      case 'powershell':
        return `$env:${name} = '${value.replaceAll("'", "''")}'`;
      case 'dotenv':
        return `${name}=${/^[\w./:@%+,-]*$/.test(value) ? value : JSON.stringify(value)}`;
    }
  });
  return `${lines.join('\n')}\n`;
}
