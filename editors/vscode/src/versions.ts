/** oldestServer is the first version of segls that answers what the extension asks. */
export const oldestServer = '0.1.0';

/**
 * isTooOld reports whether a version of segls is before oldestServer. A version that was never released, as of a build of a
 * working copy, counts as new.
 */
export function isTooOld(version: string): boolean {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (!match || /^v?0\.0\.0-/.test(version)) return false;
  const got = match.slice(1).map(Number);
  const oldest = oldestServer.split('.').map(Number);
  for (const [i, want] of oldest.entries()) {
    const have = got[i] ?? 0;
    if (have !== want) return have < want;
  }
  return false;
}
