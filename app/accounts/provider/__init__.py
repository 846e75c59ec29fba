"""Single sign-on by OpenID Connect: the provider, the accounts tied to it, and the ways there and back."""
