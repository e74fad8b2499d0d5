/* Our goal: one reader gets the drop, and nothing is burned before that reader has it all.
 *
 * How to read: the promises at the end first; then the processes: a reader, the shelf, the sender. Each is a list of what
 * may happen next. Whatever stands in one `atomic` happens at once; between two of them anything may come, or nothing more.
 * The shelf keeps nothing in memory, so its crash needs no line: a step that should follow does not, until it is asked again.
 * Reads = 1. Two readers, each with a reader key of its own; one who makes a new reader key is a new reader. Expiry and ten
 * wrong passphrases end a drop as `revoke` does, only that the shelf asks for it. `node tools/model.ts` searches every state
 * that can be reached: of this design, and of worse ones (-DLEASE, -DBURN_ON_SEND, -DBYTES_FIRST, -DSERVE_AFTER_END). */

#define READERS 2
#define NOBODY  READERS                     /* has a place in the tables, and has never opened anything */
#define ENDED   (row == read || row == revoked)
#define HOLDS(r) (row == claimed && holder == r)
#define ENTITLED(r) (won[r] && !dismissed[r])

/* The row and the ciphertext in KV survive a crash of the shelf. The shelf decides by the row alone. */
mtype = { ready, claimed, read, revoked };
mtype row = ready;
byte holder = NOBODY;                       /* the reader key that won the claim; it stays on the row after the end */
bool dismissed[READERS + 1];                /* reader keys whose claim the sender reopened: they never win again */
bool ciphertext = true;                     /* KV may show it when it is gone, or not yet when it is there: so serving it
                                             * does not depend on it here, and `told later` may come at any time */

/* The network loses, repeats and reorders: what was sent may arrive at any time, any number of times, or never. */
typedef Messages {
  bool claim[READERS], part[READERS], acknowledge[READERS], reopen[READERS], revoke;
  bool first[READERS], last[READERS], burned[READERS]    /* answers: half of the ciphertext, the other half, the end */
};
Messages sent;
inline send(message) { if :: message = true :: mishap(lost) fi }
inline serve(half) { strayed = strayed || !ENTITLED(r); served_after_end = served_after_end || ENDED; send(half) }

/* The real events: no process sees them, only the promises do. Mishaps count until reader 0 has opened the drop. */
bool won[READERS], opened[READERS + 1], strayed, served_after_end;
bool lost, crashed, told_later, recovered, not_deleted;
inline mishap(what) { what = what || (r == 0 && !opened[r]) }

proctype reader(byte r) {                   /* r: the reader key, stored before the first claim; the rest is in memory */
  bool first, last;
  do
  :: atomic { send(sent.claim[r]) }
  :: atomic { sent.first[r] -> first = true; send(sent.part[r]) }
  :: atomic { sent.last[r] -> last = true }
  :: atomic { first && last ->              /* each byte is verified, down to the token in the last chunk */
       opened[r] = opened[r] || (first && last);                               /* the truth, should the guard be wrong */
       recovered = recovered || (r == 0 && lost && crashed && told_later);
       send(sent.acknowledge[r]) }
  :: atomic { first || last -> first = false; last = false; mishap(crashed) }
  od
}

#ifdef SERVE_AFTER_END                      /* the holder of the claim gets the bytes in KV */
#define MAY_READ(r) (holder == r)
#else
#define MAY_READ(r) HOLDS(r)
#endif
proctype shelf(byte r) {                    /* the shelf, as a reader meets it */
  do
  :: atomic { sent.claim[r] && row == ready && !dismissed[r] -> row = claimed; holder = r; won[r] = true }
  :: atomic { sent.claim[r] && MAY_READ(r) -> serve(sent.first[r]) }
  :: atomic { sent.part[r] && MAY_READ(r) -> serve(sent.last[r]);
#ifdef BURN_ON_SEND                         /* anything sent counts as received */
       row = read
#endif
     }
  :: atomic { sent.claim[r] && MAY_READ(r) -> mishap(told_later) }  /* KV does not show it; the claim stays */
#ifdef BYTES_FIRST                          /* and the row learns of it afterwards, or never */
  :: atomic { sent.acknowledge[r] && HOLDS(r) -> ciphertext = false };
     atomic { if :: HOLDS(r) -> row = read :: skip fi }
#else
  :: atomic { sent.acknowledge[r] && HOLDS(r) -> row = read }                 /* burn: the end is noted first … */
#endif
  :: atomic { sent.acknowledge[r] && row == read && holder == r ->            /* … and the bytes go afterwards */
       if
       :: ciphertext = false; send(sent.burned[r])
       :: ciphertext -> not_deleted = true  /* a crash, or KV refuses: nobody is given them, and they go later */
       fi }
#ifdef LEASE                                /* after a time-out a claim comes back by itself */
  :: atomic { HOLDS(r) -> row = ready; holder = NOBODY }
#endif
  od
}

inline take_back() { dismissed[holder] = true; row = ready; holder = NOBODY }
proctype desk() {                           /* the shelf, as the sender meets it, and its alarm */
  do
#ifdef BYTES_FIRST                          /* looks whether KV has the bytes, and then at the row again */
  :: atomic { row == claimed && sent.reopen[holder] && ciphertext -> skip };
     atomic { if :: row == claimed && sent.reopen[holder] -> take_back() :: else fi }
#else
  :: atomic { row == claimed && sent.reopen[holder] -> take_back() }
#endif
  :: atomic { sent.revoke && !ENDED -> row = revoked }
  :: atomic { ENDED -> ciphertext = false } /* a revoke, the same again, the alarm, or KV by itself at expiry */
  od
}

proctype sender() {                         /* its status names the reader key that holds the claim */
  do
  :: atomic { row == claimed -> sent.reopen[holder] = true }
  :: sent.revoke = true
  od
}

init { atomic { run reader(0); run reader(1); run shelf(0); run shelf(1); run desk(); run sender() } }

/* The promises. An answer from before the end may arrive after it, like every message. */
ltl one_reader   { [] (opened[0] && opened[1] -> dismissed[0] || dismissed[1]) }
ltl one_entitled { [] (!(ENTITLED(0) && ENTITLED(1)) && !dismissed[holder] && !strayed) }
ltl nothing_lost { [] (ciphertext || row == revoked || opened[holder]) }
ltl no_empty_offer { [] (row == ready -> ciphertext) }
ltl burned_is_unreadable { [] !served_after_end }

/* These must be broken: a model in which nothing happens would keep every promise. */
ltl nobody_recovers { [] !(recovered && not_deleted && sent.burned[0]) }
ltl nobody_follows  { [] !(dismissed[0] && sent.burned[1]) }
