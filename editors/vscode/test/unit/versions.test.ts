import { expect, test } from 'vitest';
import { isTooOld } from '../../src/versions';

test.each([
  ['v0.0.9', true],
  ['0.0.9-rc.1', true],
  ['v0.1.0', false],
  ['v0.1.1-0.20260101000000-abcdefabcdef', false],
  ['v1.0.0', false],
  ['v0.10.0', false],
  ['v0.0.0-20260101000000-abcdefabcdef+dirty', false],
  ['(devel)', false],
  ['(unknown)', false],
])('%s is too old: %s', (version, want) => {
  expect(isTooOld(version)).toBe(want);
});
