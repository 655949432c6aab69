// A node:test reporter that writes the counts of a run as one JSON line.
export default async function* summarize(source) {
  for await (const event of source) {
    if (event.type === 'test:summary' && !event.data.file) yield `${JSON.stringify(event.data.counts)}\n`;
  }
}
