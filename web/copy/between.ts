/** Sentences for faults of a proxy, or of anything else between a page and its server. */
export type BetweenCode = 'not_ours' | 'not_done' | 'rate_limited' | 'body_refused' | 'damaged' | 'wrong_origin'

/**
 * Each says the event, then the things that are safe, then the next step. @param safe - a sentence: what is safe there, such
 * as `Nothing was sent.`
 */
export function between(safe: string): Readonly<Record<BetweenCode, string>> {
  return {
    not_ours: `The answer did not come from Sealdrop. A sign-in page of this network, a proxy or a firewall may have answered in its place. ${safe} Sign in to the network, or use another one, and try again. If that does not help, reload the page in another tab.`,
    not_done: `Something answered that it was done, and the server says that it was not. ${safe} Try again, on another network if you can.`,
    rate_limited: `Too many requests have come from your network, so the server asks you to wait. ${safe} Try again in a few minutes.`,
    body_refused: `Something between this page and the server does not let so much through at once. ${safe} Send less at a time, or use another network.`,
    damaged: `The answers of the server arrive damaged. ${safe} Try again, on another network if you can.`,
    wrong_origin: `This server is not set up for the address that you opened. ${safe} Use the address that its operator has published.`,
  }
}
