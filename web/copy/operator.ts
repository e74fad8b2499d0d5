/** The operator of this server, in its own words, and the worth of those. */
export const operator = {
  title: 'Who runs this server',
  unchecked: 'What the operator says of itself. Nobody has checked it, and nothing here depends on it.',
  nothing: 'The operator of this server says nothing of itself.',
  missed: 'The server was not reached, so what its operator says of itself is not shown.',
  name: 'Name',
  contact: 'Contact',
  jurisdiction: 'Jurisdiction',
  statement: 'Statement',
  key: 'Key that signs what is handed over',
  holds: (issued: string, expires: string): string => `Made on ${issued}. It holds until ${expires}, UTC.`,
  expired: (issued: string, expires: string): string =>
    `This statement does not hold today: it was made on ${issued} for the time until ${expires}, and nobody has renewed it. Do not rely on it.`,
  canary:
    'A statement that is not renewed may mean that its author was not allowed to, or forgot. One that is renewed proves little: somebody may have been forced to. What protects a message is that the server cannot read it.',
  disclosure: 'What this server could hand over, field by field',
} as const
