"""How the tables come to be what ``tables`` says, from every version that was released."""
