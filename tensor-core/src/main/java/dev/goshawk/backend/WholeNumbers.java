package dev.goshawk.backend;

import java.util.Arrays;

/** An array of whole numbers: a byte for each where all are between 0 and {@value #MOST_OF_A_BYTE}, else 32 bits. */
public sealed interface WholeNumbers {
    /** The largest number that takes one byte. */
    int MOST_OF_A_BYTE = 255;

    /** Number of numbers. */
    int length();

    /** A number. */
    int get(int i);

    /** Overwrites a number. */
    void set(int i, int number);

    /** Copies a run of numbers to another array of the same kind. */
    void copy(int from, WholeNumbers to, int at, int count);

    /** Zeros that take a byte each, or 32 bits. */
    static WholeNumbers zeros(boolean inBytes, int length) {
        return inBytes ? new Bytes(new byte[length]) : new Ints(new int[length]);
    }

    /** Numbers from 0 to {@value #MOST_OF_A_BYTE}. */
    @SuppressWarnings("ArrayRecordComponent")
    record Bytes(byte[] values) implements WholeNumbers {
        @Override
        public int length() {
            return values.length;
        }

        @Override
        public int get(int i) {
            return Byte.toUnsignedInt(values[i]);
        }

        @Override
        public void set(int i, int number) {
            values[i] = (byte) number;
        }

        @Override
        public void copy(int from, WholeNumbers to, int at, int count) {
            System.arraycopy(values, from, ((Bytes) to).values, at, count);
        }
    }

    /** Numbers of 32 bits. */
    @SuppressWarnings("ArrayRecordComponent")
    record Ints(int[] values) implements WholeNumbers {
        @Override
        public int length() {
            return values.length;
        }

        @Override
        public int get(int i) {
            return values[i];
        }

        @Override
        public void set(int i, int number) {
            values[i] = number;
        }

        @Override
        public void copy(int from, WholeNumbers to, int at, int count) {
            System.arraycopy(values, from, ((Ints) to).values, at, count);
        }
    }

    /** All numbers with 32 bits each: the array itself where it has them. */
    default int[] toInts() {
        if (this instanceof Ints(var values)) {
            return values;
        }
        int[] all = new int[length()];
        Arrays.setAll(all, this::get);
        return all;
    }
}
