// Version and commit of this build; the build fills them in.

declare const DECNET_VERSION: string | undefined;
declare const DECNET_COMMIT: string | undefined;

/** The release, such as `0.1.0`; `dev` when run from source. */
export const version: string = typeof DECNET_VERSION === "string" ? DECNET_VERSION : "dev";

/** The commit it was built from, or `unknown`. */
const commit: string = typeof DECNET_COMMIT === "string" ? DECNET_COMMIT : "unknown";

/** Both, as `decnet --version` says them. */
export const versionLine = `decnet ${version} (${commit})`;
