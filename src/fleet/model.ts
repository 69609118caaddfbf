// What a fleet should be, what the kernel has, and the steps between the two. Data only.

/** A link of a decky, as it shall be within its namespace. */
export interface DesiredLink {
  readonly name: string;
  /** The host's end; a macvlan has none, and the name stands for nothing but itself. */
  readonly host: string;
  /** The bridge of the host's end, or the interface whose network a macvlan is in. */
  readonly bridge: string;
  readonly driver?: "macvlan" | undefined;
  readonly mac: string;
  /** With prefix length, such as `10.0.0.5/24`. */
  readonly addresses: readonly string[];
}

/** A way to a network behind another machine of ours. */
export interface DesiredRoute {
  /** With prefix length, such as `10.1.0.0/24`. */
  readonly destination: string;
  readonly gateway: string;
}

/** A decky, as it shall be. */
export interface DesiredDecky {
  readonly namespace: string;
  readonly links: readonly DesiredLink[];
  readonly gateway?: string | undefined;
  readonly routes?: readonly DesiredRoute[] | undefined;
  readonly sysctls: Readonly<Record<string, string>>;
  /** Label of the firewall's rules. */
  readonly firewall: string;
}

/** All that one install shall have. */
export interface DesiredFleet {
  readonly bridges: readonly string[];
  /** Bridges with the operator's names: made when they are not there, removed when this install made them. */
  readonly joined: readonly string[];
  readonly deckies: readonly DesiredDecky[];
}

/** A link within a namespace. */
export interface ObservedLink {
  readonly mac: string;
  readonly up: boolean;
  readonly addresses: readonly string[];
  /** Of a macvlan: the interface whose network it is in. */
  readonly parent?: string;
}

/** A namespace of ours. */
export interface ObservedNamespace {
  /** False for a name that a crash left without a namespace. */
  readonly mounted: boolean;
  /** Settings that this kernel does not have are absent. */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly firewall?: string;
  readonly links: Readonly<Record<string, ObservedLink>>;
  readonly gateway?: string;
  readonly routes?: readonly DesiredRoute[];
}

/** What there is of this install, and which bridges of others there are to join. */
export interface ObservedFleet {
  /** Of ours, those that are up. */
  readonly bridges: readonly string[];
  /** Those with the operator's names. */
  readonly others: readonly string[];
  /** Those among them that this install made; one that is not up yet is here alone. */
  readonly made: readonly string[];
  /** Host's ends by name, the bridge each is in, and whether it is not up: it may be half made. */
  readonly hostLinks: Readonly<Record<string, { readonly bridge?: string; readonly down?: true }>>;
  readonly namespaces: Readonly<Record<string, ObservedNamespace>>;
}

/** One step. */
export type Operation =
  | { readonly op: "delete-links"; readonly names: readonly string[] }
  | { readonly op: "remove-namespace"; readonly namespace: string }
  | { readonly op: "remove-bridge"; readonly name: string }
  /** `made`: it bears the operator's name and is marked as made by us. */
  | { readonly op: "add-bridge"; readonly name: string; readonly made: boolean }
  | { readonly op: "add-namespace"; readonly namespace: string }
  | { readonly op: "set-sysctl"; readonly namespace: string; readonly key: string; readonly value: string }
  | { readonly op: "put-up-firewall"; readonly namespace: string; readonly label: string }
  | { readonly op: "delete-inner-link"; readonly namespace: string; readonly name: string }
  | { readonly op: "add-link"; readonly namespace: string; readonly link: DesiredLink }
  | { readonly op: "attach"; readonly host: string; readonly bridge: string }
  | {
      readonly op: "add-address" | "delete-address";
      readonly namespace: string;
      readonly link: string;
      readonly address: string;
    }
  | { readonly op: "set-up"; readonly namespace: string; readonly link: string }
  | { readonly op: "delete-gateway" | "add-gateway"; readonly namespace: string; readonly gateway: string }
  | { readonly op: "delete-route" | "add-route"; readonly namespace: string; readonly route: DesiredRoute };
