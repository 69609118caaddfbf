// Who wrote the programs of GNU coreutils, how each is called, and what it is for. Options are left to the manual.

/** What a program says of itself. */
interface Words {
  readonly authors: string;
  /** Without the name. */
  readonly synopses: readonly string[];
  /** One line or two. */
  readonly purpose: string;
}

/** Name, authors, synopses (between ;;) and purpose (lines between //). */
const TABLE = `arch~David MacKenzie and Karel Zak~[OPTION]...~Print machine architecture.
base64~Simon Josefsson~[OPTION]... [FILE]~Base64 encode or decode FILE, or standard input, to standard output.
basename~David MacKenzie~NAME [SUFFIX] ;; OPTION... NAME...~Print NAME with any leading directory components removed. // If specified, also remove a trailing SUFFIX.
cat~Torbjorn Granlund and Richard M. Stallman~[OPTION]... [FILE]...~Concatenate FILE(s) to standard output.
chgrp~David MacKenzie and Jim Meyering~[OPTION]... GROUP FILE... ;; [OPTION]... --reference=RFILE FILE...~Change the group of each FILE to GROUP.
chmod~David MacKenzie and Jim Meyering~[OPTION]... MODE[,MODE]... FILE... ;; [OPTION]... OCTAL-MODE FILE... ;; [OPTION]... --reference=RFILE FILE...~Change the mode of each FILE to MODE.
chown~David MacKenzie and Jim Meyering~[OPTION]... [OWNER][:[GROUP]] FILE... ;; [OPTION]... --reference=RFILE FILE...~Change the owner and/or group of each FILE to OWNER and/or GROUP.
cp~Torbjorn Granlund, David MacKenzie, and Jim Meyering~[OPTION]... [-T] SOURCE DEST ;; [OPTION]... SOURCE... DIRECTORY ;; [OPTION]... -t DIRECTORY SOURCE...~Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.
cut~David M. Ihnat, David MacKenzie, and Jim Meyering~OPTION... [FILE]...~Print selected parts of lines from each FILE to standard output.
date~David MacKenzie~[OPTION]... [+FORMAT] ;; [-u|--utc|--universal] [MMDDhhmm[[CC]YY][.ss]]~Display date and time in the given FORMAT.
dd~Paul Rubin, David MacKenzie, and Stuart Kemp~[OPERAND]... ;; OPTION~Copy a file, converting and formatting according to the operands.
df~Torbjorn Granlund, David MacKenzie, and Paul Eggert~[OPTION]... [FILE]...~Show information about the file system on which each FILE resides, // or all file systems by default.
dir~Richard M. Stallman and David MacKenzie~[OPTION]... [FILE]...~List information about the FILEs (the current directory by default). // Sort entries alphabetically if none of -cftuvSUX nor --sort is specified.
dirname~David MacKenzie and Jim Meyering~[OPTION] NAME...~Output each NAME with its last non-slash component and trailing slashes // removed; if NAME contains no /'s, output '.' (meaning the current directory).
du~Torbjorn Granlund, David MacKenzie, Paul Eggert, and Jim Meyering~[OPTION]... [FILE]... ;; [OPTION]... --files0-from=F~Summarize device usage of the set of FILEs, recursively for directories.
echo~Brian Fox and Chet Ramey~[SHORT-OPTION]... [STRING]... ;; LONG-OPTION~Echo the STRING(s) to standard output.
env~Richard Mlynarik, David MacKenzie, and Assaf Gordon~[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]~Set each NAME to VALUE in the environment and run COMMAND.
false~Jim Meyering~[ignored command line arguments] ;; OPTION~Exit with a status code indicating failure.
groups~David MacKenzie and James Youngman~[OPTION]... [USERNAME]...~Print group memberships for each USERNAME or, if no USERNAME is specified, for // the current process (which may differ if the groups database has changed).
head~David MacKenzie and Jim Meyering~[OPTION]... [FILE]...~Print the first 10 lines of each FILE to standard output. // With more than one FILE, precede each with a header giving the file name.
id~Arnold Robbins and David MacKenzie~[OPTION]... [USER]...~Print user and group information for each specified USER, // or (when USER omitted) for the current process.
ln~Mike Parker and David MacKenzie~[OPTION]... [-T] TARGET LINK_NAME ;; [OPTION]... TARGET ;; [OPTION]... TARGET... DIRECTORY ;; [OPTION]... -t DIRECTORY TARGET...~In the 1st form, create a link to TARGET with the name LINK_NAME.
logname~FIXME: unknown~[OPTION]~Print the user's login name.
ls~Richard M. Stallman and David MacKenzie~[OPTION]... [FILE]...~List information about the FILEs (the current directory by default). // Sort entries alphabetically if none of -cftuvSUX nor --sort is specified.
md5sum~Ulrich Drepper, Scott Miller, and David Madore~[OPTION]... [FILE]...~Print or check MD5 (128-bit) checksums.
mkdir~David MacKenzie~[OPTION]... DIRECTORY...~Create the DIRECTORY(ies), if they do not already exist.
mknod~David MacKenzie~[OPTION]... NAME TYPE [MAJOR MINOR]~Create the special file NAME of the given TYPE.
mktemp~Jim Meyering and Eric Blake~[OPTION]... [TEMPLATE]~Create a temporary file or directory, safely, and print its name.
mv~Mike Parker, David MacKenzie, and Jim Meyering~[OPTION]... [-T] SOURCE DEST ;; [OPTION]... SOURCE... DIRECTORY ;; [OPTION]... -t DIRECTORY SOURCE...~Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.
nice~David MacKenzie~[OPTION] [COMMAND [ARG]...]~Run COMMAND with an adjusted niceness, which affects process scheduling.
nohup~Jim Meyering~COMMAND [ARG]... ;; OPTION~Run COMMAND, ignoring hangup signals.
nproc~Giuseppe Scrivano~[OPTION]...~Print the number of processing units available to the current process, // which may be less than the number of online processors
od~Jim Meyering~[OPTION]... [FILE]... ;; [-abcdfilosx]... [FILE] [[+]OFFSET[.][b]] ;; --traditional [OPTION]... [FILE] [[+]OFFSET[.][b] [+][LABEL][.][b]]~
printenv~David MacKenzie and Richard Mlynarik~[OPTION]... [VARIABLE]...~Print the values of the specified environment VARIABLE(s).
printf~David MacKenzie~FORMAT [ARGUMENT]... ;; OPTION~Print ARGUMENT(s) according to FORMAT, or execute according to OPTION:
pwd~Jim Meyering~[OPTION]...~Print the full filename of the current working directory.
readlink~Dmitry V. Levin~[OPTION]... FILE...~Print value of a symbolic link or canonical file name
realpath~Padraig Brady~[OPTION]... FILE...~Print the resolved absolute file name; // all but the last component must exist
rm~Paul Rubin, David MacKenzie, Richard M. Stallman, and Jim Meyering~[OPTION]... [FILE]...~Remove (unlink) the FILE(s).
rmdir~David MacKenzie~[OPTION]... DIRECTORY...~Remove the DIRECTORY(ies), if they are empty.
seq~Ulrich Drepper~[OPTION]... LAST ;; [OPTION]... FIRST LAST ;; [OPTION]... FIRST INCREMENT LAST~Print numbers from FIRST to LAST, in steps of INCREMENT.
sha1sum~Ulrich Drepper, Scott Miller, and David Madore~[OPTION]... [FILE]...~Print or check SHA1 (160-bit) checksums.
sha256sum~Ulrich Drepper, Scott Miller, and David Madore~[OPTION]... [FILE]...~Print or check SHA256 (256-bit) checksums.
sha512sum~Ulrich Drepper, Scott Miller, and David Madore~[OPTION]... [FILE]...~Print or check SHA512 (512-bit) checksums.
sleep~Jim Meyering and Paul Eggert~NUMBER[SUFFIX]... ;; OPTION~Pause for NUMBER seconds.
sort~Mike Haertel and Paul Eggert~[OPTION]... [FILE]... ;; [OPTION]... --files0-from=F~Write sorted concatenation of all FILE(s) to standard output.
stat~Michael Meskes~[OPTION]... FILE...~Display file or file system status.
stty~David MacKenzie~[-F DEVICE | --file=DEVICE] [SETTING]... ;; [-F DEVICE | --file=DEVICE] [-a|--all] ;; [-F DEVICE | --file=DEVICE] [-g|--save]~Print or change terminal characteristics.
sync~Jim Meyering and Giuseppe Scrivano~[OPTION] [FILE]...~Synchronize cached writes to persistent storage
tac~Jay Lepreau and David MacKenzie~[OPTION]... [FILE]...~Write each FILE to standard output, last line first.
tail~Paul Rubin, David MacKenzie, Ian Lance Taylor, and Jim Meyering~[OPTION]... [FILE]...~Print the last 10 lines of each FILE to standard output. // With more than one FILE, precede each with a header giving the file name.
tee~Mike Parker, Richard M. Stallman, and David MacKenzie~[OPTION]... [FILE]...~Copy standard input to each FILE, and also to standard output.
timeout~Padraig Brady~[OPTION] DURATION COMMAND [ARG]... ;; [OPTION]~Start COMMAND, and kill it if still running after DURATION.
touch~Paul Rubin, Arnold Robbins, Jim Kingdon, David MacKenzie, and Randy Smith~[OPTION]... FILE...~Update the access and modification times of each FILE to the current time.
tr~Jim Meyering~[OPTION]... STRING1 [STRING2]~Translate, squeeze, and/or delete characters from standard input, // writing to standard output.
true~Jim Meyering~[ignored command line arguments] ;; OPTION~Exit with a status code indicating success.
truncate~Padraig Brady~OPTION... FILE...~Shrink or extend the size of each FILE to the specified size
tty~David MacKenzie~[OPTION]...~Print the file name of the terminal connected to standard input.
uname~David MacKenzie~[OPTION]...~Print certain system information.  With no OPTION, same as -s.
uniq~Richard M. Stallman and David MacKenzie~[OPTION]... [INPUT [OUTPUT]]~Filter adjacent matching lines from INPUT (or standard input), // writing to OUTPUT (or standard output).
users~Joseph Arceneaux and David MacKenzie~[OPTION]... [FILE]~Output who is currently logged in according to FILE.
wc~Paul Rubin and David MacKenzie~[OPTION]... [FILE]... ;; [OPTION]... --files0-from=F~Print newline, word, and byte counts for each FILE, and a total line if // more than one FILE is specified.
who~Joseph Arceneaux, David MacKenzie, and Michael Stone~[OPTION]... [ FILE | ARG1 ARG2 ]~Print information about users who are currently logged in.
whoami~Richard Mlynarik~[OPTION]...~Print the user name associated with the current effective user ID. // Same as id -un.
yes~David MacKenzie~[STRING]... ;; OPTION~Repeatedly output a line with all specified STRING(s), or 'y'.`;

/** By name. */
export const coreutilsWords: ReadonlyMap<string, Words> = new Map(
  TABLE.split("\n").map((row) => {
    const [name = "", authors = "", synopses = "", purpose = ""] = row.split("~");
    return [name, { authors, synopses: synopses.split(" ;; "), purpose: purpose.replaceAll(" // ", "\n") }];
  }),
);
