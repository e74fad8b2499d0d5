import { DEFAULT_BOX_TTL_SECONDS, MAX_TTL_SECONDS, MIN_TTL_SECONDS } from '#protocol/limits.ts'

/** The lives that a person is offered, in seconds, the shortest first. Where there is a field for it any other may be typed. */

/** Of a drop with a link: 5 minutes, an hour, 1, 7 and 30 days. */
export const LINK_LIVES: readonly number[] = [MIN_TTL_SECONDS, 3_600, 86_400, 604_800, MAX_TTL_SECONDS]

/** Of a letter to a box: 1, 3, 7, 14 and 30 days. */
export const LETTER_LIVES: readonly number[] = [86_400, 259_200, 604_800, DEFAULT_BOX_TTL_SECONDS, MAX_TTL_SECONDS]

/** Of an answer: 1, 7, 14 and 30 days. */
export const ANSWER_LIVES: readonly number[] = [86_400, 604_800, DEFAULT_BOX_TTL_SECONDS, MAX_TTL_SECONDS]
