/** Where an agent signs in. */

import { AgentApi, asFailure } from "@firstreply/sdk/agent";
import type { SignedIn } from "@firstreply/sdk/contracts";
import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Wordmark } from "./kit/Wordmark.tsx";
import { isShopId, remember, remembered } from "./session.ts";
import { signInSentence } from "./sentences.ts";

interface Props {
  readonly reason: string | null;
  readonly onSignedIn: (signedIn: SignedIn) => void;
}

export function SignInPage({ reason, onSignedIn }: Props) {
  const form = useSignIn(onSignedIn);
  return (
    <main className="sign-in">
      <form onSubmit={form.submit} noValidate>
        <Wordmark />
        <h1>Agent console</h1>
        {reason && !form.fault && (
          <Alert color="yellow" variant="light" role="status">
            {reason}
          </Alert>
        )}
        {form.fault && (
          <Alert color="red" variant="light" role="alert">
            {form.fault}
          </Alert>
        )}
        <TextInput
          label="Shop"
          description="Starts with shop_ and stands in the address your supervisor gave you"
          {...form.field("shop")}
          spellCheck={false}
        />
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          {...form.field("email")}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
          {...form.field("password")}
        />
        <Button type="submit" size="md" fullWidth loading={form.busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

type Field = "shop" | "email" | "password";

function useSignIn(onSignedIn: Props["onSignedIn"]) {
  const [values, setValues] = useState(() => ({ ...remembered(), password: "" }));
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const { shop, email, password } = values;
    if (!isShopId(shop.trim())) return setFault(NO_SHOP);
    if (!email.trim() || !password) return setFault("Fill in your e-mail address and password.");
    setBusy(true);
    try {
      const who = { shop_id: shop.trim() as never, email: email.trim(), password };
      const signedIn = await new AgentApi("", null).signIn(who);
      remember({ shop: shop.trim(), email: email.trim() });
      onSignedIn(signedIn);
    } catch (error) {
      setFault(signInSentence(asFailure(error)));
      setBusy(false);
    }
  };
  const first: Field = !values.shop ? "shop" : values.email ? "password" : "email";
  const field = (name: Field) => ({
    value: values[name],
    autoFocus: name === first,
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget;
      setValues((before) => ({ ...before, [name]: value }));
    },
  });
  const [autoFocused] = useState(first);
  const stable = (name: Field) => ({ ...field(name), autoFocus: name === autoFocused });
  return { submit, fault, busy, field: stable };
}

const NO_SHOP = "This is not a shop's id. It starts with shop_ and has 26 more letters and digits.";
