// What package.json promises, held against what there is.
import { expect, test } from 'vitest';
import manifest from '../../package.json';

test('the steps of the walkthrough are done by events that the editor knows', () => {
  const commands = new Set(manifest.contributes.commands.map((c) => `onCommand:${c.command}`));
  const events = manifest.contributes.walkthroughs.flatMap((w) => w.steps).flatMap((s) => s.completionEvents);
  expect(events.filter((e) => !commands.has(e) && e !== 'onContext:segql.opened')).toEqual([]);
});
