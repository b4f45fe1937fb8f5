package dev.goshawk.random;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** Records taken apart and put together. */
final class Records {
    private Records() {
    }

    static Object get(Object record, RecordComponent c) {
        try {
            c.getAccessor().setAccessible(true);
            return c.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A record of the same class with every component replaced.
     *
     * @throws RuntimeException what the record's constructor throws
     */
    static Object map(Record record, UnaryOperator<Object> component) {
        RecordComponent[] parts = record.getClass().getRecordComponents();
        try {
            Constructor<?> made = record.getClass().getDeclaredConstructor(
                    Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new));
            made.setAccessible(true);
            return made.newInstance(Arrays.stream(parts).map(c -> component.apply(get(record, c))).toArray());
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
