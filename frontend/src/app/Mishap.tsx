/** A page that cannot be shown says so, and takes nothing else with it. */

import { Component, type ReactNode } from "react";

import { Button } from "../ui/Button";

interface MishapProps {
  readonly children: ReactNode;
}

interface MishapState {
  readonly error: Error | null;
}

export class Mishap extends Component<MishapProps, MishapState> {
  override state: MishapState = { error: null };

  static getDerivedStateFromError(error: Error): MishapState {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div role="alert" className="bg-raised rounded-lg px-4 py-3 text-sm">
        <p className="font-medium">This page could not be shown</p>
        <p className="text-quiet mt-1 mb-3">
          {error.message} The application may have been updated since the page was opened.
        </p>
        <Button look="first" onClick={() => window.location.reload()}>
          Load it again
        </Button>
      </div>
    );
  }
}
