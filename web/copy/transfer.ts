/** A drop in parts on its way, in either direction. */
export const transfer = {
  label: { sending: 'Sending', receiving: 'Receiving', checking: 'Checking' },
  amount: {
    sending: (bytes: string, total: string): string => `${bytes} of ${total} sent`,
    receiving: (bytes: string, total: string): string => `${bytes} of ${total} received`,
    checking: (bytes: string, total: string): string => `${bytes} of ${total} checked`,
  },
  done: {
    sending: (percent: string): string => `${percent} sent`,
    receiving: (percent: string): string => `${percent} received`,
    checking: (percent: string): string => `${percent} checked`,
  },
  tab: {
    paused: (done: string): string => `Paused, ${done}`,
    waiting: (done: string): string => `Waiting, ${done}`,
  },
  flow: {
    going: 'Keep this page open until it is done.',
    waiting: 'Waiting for the connection. Nothing is lost.',
    paused: 'Paused. Nothing is lost.',
    stopping: 'One moment…',
  },
  /** All of it has gone through, and the answer is not there yet. */
  last: {
    sending: 'All of it is sent. The server is confirming it.',
    receiving: 'All of it is here. It is being checked.',
    checking: 'All of it is checked. One moment…',
  },
  pace: (rate: string, left: string): string => `${rate}, ${left} left. Keep this page open until it is done.`,
  pause: 'Pause',
  goOn: 'Go on',
  cancel: 'Cancel',
} as const
