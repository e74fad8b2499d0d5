/* Our goal: drops that come to one box at once are settled after a bounded number of steps, each of them on the list or turned
 * away, and who was told that a drop has arrived was told the truth.
 *
 * How to read: as claim.pml, the promises at the end first. Each request brings a drop, of which there are copies: it asks for
 * room, has the drop stored, and settles it. The sender of drop 0 may revoke it at any time. Whatever stands in one `atomic`
 * happens at once: the rack writes in one transaction, the shelf answers in one call; between two of them anything may come.
 * `node tools/model.ts` searches every state that can be reached: of this design, and of worse ones (-DASK_AGAIN, what it was;
 * -DNO_TURNS; -DFORGETFUL; -DTURNED_AWAY_OUTSIDE). A request that dies half-way is not in it: it loses its turn, and the alarm
 * of the rack settles once more, as another copy would. docs/decisions/0024-second-steps.md. */

#define DROPS 3
#define REQUESTS 5                          /* drop 0 twice and its revocation, drop 1, drop 2 */
#define ROOM 2                              /* drops that the box takes; one more comes than that */
#define MOST_WAITING 1                      /* drops that may be on their way before some make room */

/* The state of a drop on its shelf, and in the rack. */
mtype = { absent, live, away, revoked };
mtype = { none, pending, listed };
mtype shelf[DROPS], row[DROPS];
byte items, waiting;                        /* the counters of the rack: listed rows, and pending ones */
bool busy[DROPS];                           /* somebody's turn */

/* The real events. */
byte asked, done;
bool begun[DROPS], arrived[DROPS], moved, refused;

inline write(n, what) {
  d_step {
    if :: row[n] == listed -> items-- :: row[n] == pending -> waiting-- :: else fi;
    row[n] = what;
    if :: row[n] == listed -> items++ :: row[n] == pending -> waiting++ :: else fi
  }
}

/* While too much is on its way, some of it leaves, never what is listed. */
inline make_room() {
  do
  :: waiting >= MOST_WAITING -> other = 0;
     do :: other < DROPS && row[other] != pending -> other++ :: else -> break od;
     write(other, none); moved = true
  :: else -> break
  od
}

inline turn_away(n) { if :: shelf[n] == live -> shelf[n] = away; refused = true :: else fi }

#ifdef NO_TURNS
#define MY_TURN(n) true
#else
#define MY_TURN(n) !busy[n]
#endif
#ifdef FORGETFUL                            /* to its rack a drop that was turned away is like one that was never there */
#define SAYS_FULL(fate) false
#else
#define SAYS_FULL(fate) (fate == away)
#endif

#ifdef ASK_AGAIN                            /* a request that finds the row changed asks again; a drop without room gets a row first */
inline settle(n) {
  do
  :: is_again -> before = row[n];
     atomic { fate = shelf[n]; if :: asked <= REQUESTS -> asked++ :: else fi };
     atomic {
       if
       :: row[n] != before -> skip
       :: row[n] == before && fate == live && before == none -> make_room();
          if :: items + waiting < ROOM -> write(n, pending)
             :: else -> is_full = true; is_again = false
          fi
       :: row[n] == before && fate == live && before != none -> write(n, listed); is_again = false
       :: row[n] == before && fate != live -> write(n, none); is_full = SAYS_FULL(fate); is_again = false
       fi }
  :: else -> break
  od;
  if :: is_full -> turn_away(n) :: else fi
}
#else
inline settle(n) {
  atomic { MY_TURN(n) -> busy[n] = true };
  atomic { fate = shelf[n]; asked++ };
  atomic {
    if
    :: fate == live && row[n] == none -> make_room();
       if :: items + waiting < ROOM -> write(n, listed)
          :: else -> is_full = true
       fi
    :: fate == live && row[n] != none -> write(n, listed)
    :: fate != live -> write(n, none); is_full = SAYS_FULL(fate)
    fi };
  if :: is_full -> turn_away(n) :: else fi
}
#endif
/* Its memory is cleared, so that states that differ in nothing else are one. */
inline leave(n) { busy[n] = false; done++; other = 0; fate = 0; before = 0 }

proctype request(byte n; bool is_second) {
  byte other; mtype fate, before; bool is_full, is_stored, is_again = true;
  atomic {                                  /* the rack keeps room before anything of it is read */
    begun[n] || !is_second ->               /* copies are alike: one of them is the first */
    begun[n] = true;
    if
    :: row[n] != none
    :: row[n] == none -> make_room();
       if :: items + waiting < ROOM -> write(n, pending)
          :: else -> done++; goto over
       fi
    fi };
  atomic {                                  /* the shelf has it, and tells a copy what it told the first */
    if :: shelf[n] == absent -> shelf[n] = live :: else fi;
    is_stored = (shelf[n] != away) };
#ifdef TURNED_AWAY_OUTSIDE                  /* a request that finds no room any more turns its drop away by itself */
  atomic { is_full = (row[n] == none && items + waiting >= ROOM) };
  atomic { if :: is_full -> turn_away(n); is_stored = false; is_full = false :: else fi };
#endif
  settle(n);
  atomic { arrived[n] = arrived[n] || (is_stored && !is_full); leave(n) };
over: skip
}

proctype sender() {                         /* of drop 0 */
  byte other; mtype fate, before; bool is_full, is_again = true;
  if :: atomic { shelf[0] == live -> shelf[0] = revoked } :: true fi;
  settle(0);
  atomic { leave(0) }
}

init {
  byte n;
  atomic {
    for (n : 0 .. DROPS - 1) { shelf[n] = absent; row[n] = none };
    run request(0, false); run request(0, true); run request(1, false); run request(2, false); run sender()
  }
}

#define OVER (done == REQUESTS)
#define ON_LIST(n) (row[n] == listed && shelf[n] == live)
#define NOWHERE(n) (row[n] == none && shelf[n] != live)
#define MISTOLD(n) (arrived[n] && shelf[n] == away)

/* The promises. */
ltl ends          { <> OVER }
ltl asks_once     { [] (asked <= REQUESTS) }
ltl one_state     { [] (OVER -> (ON_LIST(0) || NOWHERE(0)) && (ON_LIST(1) || NOWHERE(1)) && (ON_LIST(2) || NOWHERE(2))) }
ltl arrived_stays { [] !(MISTOLD(0) || MISTOLD(1) || MISTOLD(2)) }
ltl no_more_than_room { [] (items + waiting <= ROOM) }

/* These must be broken: where nothing happens, every promise is kept. */
ltl nobody_moves { [] !(moved && OVER && ON_LIST(0) && ON_LIST(1)) }
ltl nobody_is_refused { [] !(refused && OVER && items == ROOM) }
