/** The question before a drop is ended, and its outcome. */
export const burn = {
  question: 'Burn this message?',
  warning:
    'The server deletes the sealed bytes. Whoever has not opened it cannot open it any more, and you cannot undo it.',
  sure: 'Yes, burn it',
  keep: 'Keep it',
  burnedTitle: 'Burned',
  burned: 'The server has deleted it. Nobody can open it any more, and the link leads nowhere.',
  failed:
    'The server gave no answer that this page can use. It may be burned or not: try again when you are connected.',
  ended: 'The server has nothing to burn: it is over already.',
}
