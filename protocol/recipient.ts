/** Whether a text has the shape of a hybrid recipient. Sealing finds out whether its key is sound. C2SP age.md. */
export function isRecipient(text: string): boolean {
  return /^age1pq1[02-9ac-hj-np-z]{1952}$/.test(text)
}
