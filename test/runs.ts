/**
 * How often a property is tried: few times in a usual run, many under `npm run test:slow`.
 * Works in every runtime that tests run in: the runner replaces the name below by a literal.
 */
export function runs(few: number, many: number): number {
  return SLOW_RUN ? many : few
}

declare const SLOW_RUN: boolean
