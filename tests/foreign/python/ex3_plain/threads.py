# Assignment 1, exercise 3: three threads that greet, sleep for a while, and say goodbye.
import random
import threading
import time


def greet(number):
    print(f"Hi, I'm thread {number}")
    time.sleep(random.uniform(0.5, 3))
    print(f"Thread {number} says goodbye")


threads = []
for number in range(3):
    thread = threading.Thread(target=greet, args=(number,))
    thread.start()
    threads.append(thread)

for thread in threads:
    thread.join()
