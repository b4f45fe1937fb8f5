/**
 * Failures that a setting would mend, with fields: which setting, what was expected, what came. Their messages call settings by the plain
 * words of {@link dev.goshawk.hawq.setting.Setting}; a front end that has names of its own for them, such as the options of a command line,
 * has the message said anew with {@link dev.goshawk.hawq.setting.NamesSettings#message(dev.goshawk.hawq.setting.SettingNames)}.
 *
 * <p>An exception of another package joins by implementing {@link dev.goshawk.hawq.setting.NamesSettings}: it keeps what its message is made
 * of in fields, and makes the message from them with the names it is given.
 */
@NullMarked
package dev.goshawk.hawq.setting;

import org.jspecify.annotations.NullMarked;
