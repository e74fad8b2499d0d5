import { build } from '../../tools/build.ts'

/** Builds before the first test of a run, once for all projects that need it. */
export async function setup(): Promise<void> {
  const shared = globalThis as { [BUILT]?: Promise<void> }
  await (shared[BUILT] ??= build())
}

const BUILT = Symbol.for('sealdrop.test.built')
