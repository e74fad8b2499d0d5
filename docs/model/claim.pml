/* Our goal: one reader gets the drop, and nothing is burned before that reader has it all.
 *
 * How to read: the promises at the end first; then the processes: a reader, the shelf, the sender. Each is a list of what
 * may happen next. Whatever stands in one `atomic` happens at once; between two of them anything may come, a crash too.
 * Reads = 1. Two readers, each with a reader key of its own; one who makes a new reader key is a new reader. Expiry and ten
 * wrong passphrases end a drop as `revoke` does, only that the shelf asks for it. `node tools/model.ts` searches every state
 * that can be reached: of this design, and of three worse ones (-DLEASE, -DBURN_ON_SEND, -DREOPEN_WHILE_BURNING). */

#define READERS 2
#define NOBODY  READERS                     /* has a place in the tables, and has never opened anything */
#define HOLDS(r) (row == claimed && holder == r)
#define ENTITLED(r) (won[r] && !dismissed[r])

/* What survives a crash of the shelf is the row, and the ciphertext in KV. `busy` is in memory: one lock for each drop. */
mtype = { ready, claimed, read, revoked };
mtype row = ready;
byte holder = NOBODY;                       /* the reader key that won the claim */
bool dismissed[READERS + 1];                /* reader keys whose claim the sender reopened: they never win again */
bool ciphertext = true;
bool busy;

/* The network loses, repeats and reorders: what was sent may arrive at any time, any number of times, or never. */
typedef Messages {
  bool claim[READERS], part[READERS], acknowledge[READERS], reopen[READERS], revoke;
  bool first[READERS], last[READERS], burned[READERS]    /* answers: half of the ciphertext, the other half, the end */
};
Messages sent;
inline send(message) { if :: message = true :: lost[r] = !opened[r] fi }
inline serve(half) { strayed = strayed || !ENTITLED(r); send(half) }

/* What has really happened: nobody sees it, only the promises ask. Mishaps count until the reader has opened the drop. */
bool won[READERS], opened[READERS + 1], strayed;
bool lost[READERS], reader_crashed[READERS], shelf_crashed[READERS], half_burned[READERS], recovered[READERS];

proctype reader(byte r) {                   /* r: the reader key, stored before the first claim; the rest is in memory */
  bool first, last;
  do
  :: atomic { send(sent.claim[r]) }
  :: atomic { sent.first[r] -> first = true; send(sent.part[r]) }
  :: atomic { sent.last[r] -> last = true }
  :: atomic { first && last ->              /* each byte is verified, down to the token in the last chunk */
       opened[r] = opened[r] || (first && last);
       recovered[r] = recovered[r] || (lost[r] && reader_crashed[r] && shelf_crashed[r]);
       lost[r] = false; reader_crashed[r] = false; shelf_crashed[r] = false;
       send(sent.acknowledge[r]) }
  :: atomic { first || last -> first = false; last = false; reader_crashed[r] = !opened[r] }
  od
}

proctype shelf(byte r) {                    /* the shelf, as a reader meets it */
  do
  :: atomic { sent.claim[r] && row == ready && !dismissed[r] -> row = claimed; holder = r; won[r] = true;
       if :: ciphertext -> serve(sent.first[r]) :: shelf_crashed[r] = !opened[r] fi }
  :: atomic { sent.claim[r] && HOLDS(r) && ciphertext -> serve(sent.first[r]) }
  :: atomic { sent.part[r] && HOLDS(r) && ciphertext -> serve(sent.last[r]);
#ifdef BURN_ON_SEND                         /* what is sent is taken for received */
       ciphertext = false; row = read
#endif
     }
  :: atomic { sent.acknowledge[r] && HOLDS(r) && !busy -> busy = true };
     ciphertext = false;                    /* burn: the bytes first … */
     if
     :: atomic { row = read; busy = false; send(sent.burned[r]) }       /* … then the row */
     :: atomic { half_burned[r] = true; busy = false }                  /* crash: a repeated acknowledge completes it */
     fi
  :: atomic { sent.acknowledge[r] && row == read && holder == r -> send(sent.burned[r]) }
#ifdef LEASE                                /* after a time-out a claim comes back by itself */
  :: atomic { HOLDS(r) && ciphertext && !busy -> row = ready; holder = NOBODY }
#endif
  od
}

#ifdef REOPEN_WHILE_BURNING                 /* looking into KV lets an acknowledge in; to look at the row again is too little */
#define IS_FREE true
#else
#define IS_FREE !busy
#endif
proctype desk() {                           /* the shelf, as the sender meets it */
  byte r = NOBODY;
  do
  :: atomic { row == claimed && sent.reopen[holder] && ciphertext && IS_FREE -> busy = true; r = holder };
     atomic { if :: HOLDS(r) -> row = ready; holder = NOBODY; dismissed[r] = true :: else fi;
       r = NOBODY; busy = false }
  :: atomic { sent.revoke && (row == ready || row == claimed) && !busy -> busy = true };
     ciphertext = false;
     if
     :: atomic { row = revoked; busy = false }
     :: busy = false                        /* crash: a repeated revoke completes it */
     fi
  od
}

proctype sender() {                         /* its status names the reader key that holds the claim */
  do
  :: atomic { row == claimed -> sent.reopen[holder] = true }
  :: sent.revoke = true
  od
}

init { atomic { run reader(0); run reader(1); run shelf(0); run shelf(1); run desk(); run sender() } }

/* The promises. */
ltl one_reader   { [] (opened[0] && opened[1] -> dismissed[0] || dismissed[1]) }
ltl one_entitled { [] (!(ENTITLED(0) && ENTITLED(1)) && !dismissed[holder] && !strayed) }
ltl nothing_lost { [] (ciphertext || sent.revoke || opened[holder]) }

/* These must be broken: a model in which nothing happens would keep every promise. */
ltl nobody_recovers { [] !(recovered[0] && half_burned[0] && sent.burned[0]) }
ltl nobody_follows  { [] !(dismissed[0] && sent.burned[1]) }
