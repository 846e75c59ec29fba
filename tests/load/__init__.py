"""How many people one machine carries: personas at their own pace, over HTTP."""
