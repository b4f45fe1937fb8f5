package dev.goshawk.hawq.search;

/** Told how a search goes on; throwing from it ends the search, which can go on from its last checkpoint. */
@FunctionalInterface
public interface SearchListener {
    /** Does nothing. */
    SearchListener NONE = (what, fraction) -> {
    };

    /**
     * Something was done.
     *
     * @param what is being done, in a few words
     * @param fraction of the search that is done, 0 to 1
     */
    void searching(String what, double fraction);

    /** Something that a person should know, in one line. */
    default void note(String line) {
    }
}
