/** How far two sets of times can be told apart. */
export interface RankComparison {
  /** Chance that one of the first is longer than one of the second (Mann–Whitney U ÷ n₁n₂): 0.5 tells nothing, 0 and 1 all. */
  readonly auc: number
  /** Standard error of the AUC for two samples of one distribution. */
  readonly error: number
  /** The first median to the second. */
  readonly ratio: number
  /** The same for the tenth percentiles, to which a busy machine adds least. */
  readonly ratioOfShort: number
  /** Medians, in the unit of the times. */
  readonly medians: readonly [number, number]
}

/** @param first - at least one time each. */
export function compareTimes(first: readonly number[], second: readonly number[]): RankComparison {
  const [n, m] = [first.length, second.length]
  const all = [...first.map((time) => [time, 1] as const), ...second.map((time) => [time, 0] as const)]
  all.sort(([a], [b]) => a - b)
  let ranks = 0
  for (let at = 0; at < all.length;) {
    let end = at
    while (end < all.length && all[end]?.[0] === all[at]?.[0]) end++
    // Equal times share the middle of their ranks.
    const rank = (at + 1 + end) / 2
    for (; at < end; at++) if (all[at]?.[1] === 1) ranks += rank
  }
  const medians = [quantile(first, 0.5), quantile(second, 0.5)] as const
  return {
    auc: (ranks - (n * (n + 1)) / 2) / (n * m),
    error: Math.sqrt((n + m + 1) / (12 * n * m)),
    ratio: medians[0] / medians[1],
    ratioOfShort: quantile(first, 0.1) / quantile(second, 0.1),
    medians,
  }
}

function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(share * times.length)] ?? 0
}
