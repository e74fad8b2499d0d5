/** Warnings of a passphrase that is easily guessed. */
export const strengths = {
  ten: {
    hopeless: 'This is among the first that anybody tries. Choose another one, or take the words that are suggested.',
    weak: 'Easy to guess. A few words that have nothing to do with each other hold better.',
  },
  any: {
    hopeless:
      'Whoever gets hold of this device or file finds this at once. Choose at least eight characters that nobody expects, or take the words that are suggested.',
    weak: 'Easy to guess for whoever gets hold of this device or file. A few words that have nothing to do with each other hold better.',
  },
}
