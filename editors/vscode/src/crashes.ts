/** What to do after the language server has ended unasked. */
export type AfterCrash = { readonly restart: true; readonly delay: number } | { readonly restart: false };

const most = 5;
const within = 10 * 60 * 1000;

/**
 * Crashes counts the crashes of the language server. It is started again after a time that doubles with each crash, in
 * milliseconds; after five crashes in ten minutes no more.
 */
export class Crashes {
  private times: number[] = [];

  /** note notes a crash, and says what to do. */
  note(now: number): AfterCrash {
    this.times = [...this.times.filter((t) => now - t < within), now];
    if (this.times.length >= most) return { restart: false };
    return { restart: true, delay: 250 * 2 ** (this.times.length - 1) };
  }

  /** forget starts to count anew. */
  forget(): void {
    this.times = [];
  }
}
